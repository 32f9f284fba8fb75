import { useState } from 'preact/hooks';

/** A text with a button that copies it; where the browser does not let it, the text is selected instead. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (button: HTMLButtonElement) => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      const code = button.parentElement?.querySelector('code');
      if (code) getSelection()?.selectAllChildren(code);
    }
  };
  return (
    <div class="copyable">
      <span class="copyable-label">{label}</span>
      <code>{text}</code>
      <button
        type="button"
        aria-label={`Copy: ${label}`}
        onClick={({ currentTarget }) => copy(currentTarget)}
      >
        {copied ? 'Copied' : 'Copy'}
      </button>
      <span class="unseen" role="status">
        {copied && 'Copied'}
      </span>
    </div>
  );
}
