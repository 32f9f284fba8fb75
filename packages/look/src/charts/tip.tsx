import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** A place in the window. */
export interface ScreenPlace {
  readonly clientX: number;
  readonly clientY: number;
}

/** What a chart says about a place of it, beside that place and within the window; read out when it changes. */
export function Tip({ at, children }: { at: ScreenPlace; children: ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const { width, height } = current.getBoundingClientRect();
    const right = at.clientX + 14;
    const left = right + width > innerWidth - 8 ? at.clientX - 14 - width : right;
    const above = at.clientY - 14 - height;
    const top = above < 8 ? Math.min(at.clientY + 14, innerHeight - 8 - height) : above;
    current.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
  });
  return (
    <div class="tip" role="status" ref={element}>
      {children}
    </div>
  );
}

interface TipRowProps {
  /** Of its key: a tone, or the name of a colour of the palette. */
  readonly tone?: number;
  readonly colour?: string;
  readonly label?: string;
  readonly value: string;
  readonly place?: string | undefined;
}

export function TipRow({ tone, colour, label, value, place }: TipRowProps) {
  return (
    <div>
      {tone !== undefined && <span class={`key tone-${tone}`} />}
      {colour !== undefined && <span class="key" style={{ background: `var(--${colour})` }} />}
      {label !== undefined && `${label} `}
      <strong>{value}</strong>
      {place !== undefined && <span class="place">, {place}</span>}
    </div>
  );
}
