/** A labelled select of texts; `change(index)` is called with what is chosen. Hidden where there is no choice. */
export function addSelect(parent, title, texts, change) {
  const select = document.createElement('select');
  const label = document.createElement('label');
  label.append(`${title} `, select);
  const fill = (all) => {
    select.replaceChildren(...all.map((text) => new Option(text)));
    label.hidden = all.length < 2;
  };
  fill(texts);
  select.addEventListener('change', () => change(select.selectedIndex));
  parent.append(label);
  return { select, fill };
}

/** A select with buttons to the one before and the one after it. */
export function addStepper(parent, title, texts, change) {
  const group = document.createElement('span');
  group.className = 'stepper';
  const { select, fill } = addSelect(group, title, texts, (index) => go(index));
  const before = addButton('‹', `${title} before`, -1);
  const after = addButton('›', `${title} after`, 1);
  function addButton(text, name, step) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.ariaLabel = name;
    button.addEventListener('click', () => go(select.selectedIndex + step));
    return button;
  }
  function mark() {
    before.disabled = select.selectedIndex <= 0;
    after.disabled = select.selectedIndex >= select.length - 1;
  }
  function go(index) {
    select.selectedIndex = index;
    mark();
    change(index);
  }
  group.prepend(before);
  group.append(after);
  parent.append(group);
  mark();
  return {
    select,
    /** Other texts; keeps the position where it still exists. */
    fill(all) {
      const index = Math.min(select.selectedIndex, all.length - 1);
      fill(all);
      select.selectedIndex = index;
      mark();
      return index;
    },
  };
}
