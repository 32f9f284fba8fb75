/** What people call a model: of a folder on the coordinator's machine, its last part. */
export function shortModelName(model: string): string {
  const isFolder = /^(\/|\.|[A-Za-z]:\\)/.test(model);
  return (isFolder && model.split(/[\\/]/).findLast((part) => part !== '')) || model;
}
