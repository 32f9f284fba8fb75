/** What is used of WebGPU's GPUAdapter, which the types of Node lack. */
export interface GraphicsAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    /** Whether it computes on the processor, slower than WebAssembly does. */
    readonly isFallbackAdapter?: boolean;
  };
}

interface Graphics {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<GraphicsAdapter | null>;
}

/** The fastest adapter that the browser offers for WebGPU; undefined when it has none. */
export async function findGraphicsAdapter(): Promise<GraphicsAdapter | undefined> {
  const { gpu } = navigator as { readonly gpu?: Graphics };
  return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? undefined;
}
