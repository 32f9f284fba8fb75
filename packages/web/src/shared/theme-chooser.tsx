/** Colours as the system has them, or as the reader chooses; kept in this browser. */
export function ThemeChooser() {
  return (
    <label class="theme">
      Colours{' '}
      <select
        value={localStorage.getItem('theme') ?? ''}
        onChange={({ currentTarget }) => applyTheme(currentTarget.value)}
      >
        <option value="">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}

/** The colours that were chosen before; to be called before anything is drawn. */
export function restoreTheme(): void {
  applyTheme(localStorage.getItem('theme') ?? '');
}

function applyTheme(theme: string): void {
  if (theme === '') {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem('theme');
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem('theme', theme);
  }
}
