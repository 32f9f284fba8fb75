/** Names to show; where several have one name, each is followed by the beginning of its id: `vm (5f0c)`. */
export function tellApart(all: readonly { readonly id: string; readonly name: string }[]): string[] {
  const byName = Map.groupBy(all, ({ name }) => name);
  return all.map(({ id, name }) => {
    const others = (byName.get(name) ?? []).filter((other) => other.id !== id);
    if (others.length === 0) return name;
    const bare = (text: string) => text.replace(/^[a-z]+[-_]/, '');
    let length = 4;
    while (
      length < id.length &&
      others.some((other) => bare(other.id).startsWith(bare(id).slice(0, length)))
    ) {
      length++;
    }
    return `${name} (${bare(id).slice(0, length)})`;
  });
}
