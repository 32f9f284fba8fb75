/** Why something could not be done; read out when it appears. */
export function Failure({ text }: { text: string | undefined }) {
  return (
    <p class="failure" role="alert" hidden={text === undefined}>
      {text}
    </p>
  );
}
