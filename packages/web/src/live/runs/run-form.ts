/** The main settings of a run as the form has them: texts, of which empty ones are left out. */
export interface RunForm {
  readonly name: string;
  readonly strategy: string;
  readonly model: string;
  readonly data: string;
  /** Names separated by commas. */
  readonly classes: string;
  readonly rounds: string;
  readonly minimumDevices: string;
  readonly localSteps: string;
  readonly learningRate: string;
  /** Percent. */
  readonly targetAccuracy: string;
}

/** What the coordinator takes for a key that is left out stands beside the form's fields as their placeholders. */
export const emptyRunForm: RunForm = {
  name: '',
  strategy: 'legend',
  model: '',
  data: '',
  classes: '',
  rounds: '',
  minimumDevices: '',
  localSteps: '',
  learningRate: '',
  targetAccuracy: '',
};

/** The form as a run file has it. The coordinator checks it; only what is there is written. */
export function settingsOfForm(form: RunForm): Record<string, unknown> {
  const classes = form.classes
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const local = dropEmpty({
    steps: numberIn(form.localSteps),
    learningRate: numberIn(form.learningRate),
  });
  const target = numberIn(form.targetAccuracy);
  return dropEmpty({
    name: textIn(form.name),
    strategy: textIn(form.strategy),
    model: textIn(form.model),
    data: textIn(form.data),
    classes: classes.length > 0 ? classes : undefined,
    rounds: numberIn(form.rounds),
    minimumDevices: numberIn(form.minimumDevices),
    targetAccuracy: target === undefined ? undefined : target / 100,
    local: Object.keys(local).length > 0 ? local : undefined,
  });
}

function textIn(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

function numberIn(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

function dropEmpty(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
