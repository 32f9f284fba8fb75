/** Colours as the system has them, or as the reader chooses, until the page is left. */
export function chooseTheme() {
  const select = document.querySelector('.theme select');
  select.addEventListener('change', () => {
    if (select.value === '') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = select.value;
  });
}
