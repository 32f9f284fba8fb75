interface ChooseProps {
  readonly title: string;
  readonly texts: readonly string[];
  readonly chosen: number;
  onChoose(index: number): void;
}

/** A labelled select of texts; nothing where there is no choice. */
export function Choose({ title, texts, chosen, onChoose }: ChooseProps) {
  if (texts.length < 2) return null;
  return (
    <label>
      {title}{' '}
      <select onChange={({ currentTarget }) => onChoose(currentTarget.selectedIndex)}>
        {texts.map((text, index) => (
          <option key={text} selected={index === chosen}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A select with buttons to the one before and the one after it. */
export function Stepper({ title, texts, chosen, onChoose }: ChooseProps) {
  if (texts.length < 2) return null;
  return (
    <span class="stepper">
      <button
        type="button"
        aria-label={`${title} before`}
        disabled={chosen <= 0}
        onClick={() => onChoose(chosen - 1)}
      >
        ‹
      </button>
      <Choose title={title} texts={texts} chosen={chosen} onChoose={onChoose} />
      <button
        type="button"
        aria-label={`${title} after`}
        disabled={chosen >= texts.length - 1}
        onClick={() => onChoose(chosen + 1)}
      >
        ›
      </button>
    </span>
  );
}

/** Colours as the system has them, or as the reader chooses, until the page is left. */
export function ThemeChooser() {
  const apply = (theme: string) => {
    if (theme === '') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };
  return (
    <label class="theme">
      Colours{' '}
      <select onChange={({ currentTarget }) => apply(currentTarget.value)}>
        <option value="">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
