/** How much of something is done, as a bar; `label` is read out, and `text` where a share would not say it. */
export function Meter({ done, of, label, text }: { done: number; of: number; label: string; text?: string }) {
  const share = of > 0 ? Math.min(1, done / of) : 0;
  return (
    <span
      class="meter"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={of}
      aria-valuenow={Math.min(done, of)}
      aria-valuetext={text}
    >
      <span style={{ transform: `scaleX(${share.toFixed(4)})` }} />
    </span>
  );
}
