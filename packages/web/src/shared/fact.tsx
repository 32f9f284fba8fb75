import type { ComponentChildren } from 'preact';

/** One of a list of facts: a title, its value, and what there is to say about it. */
export function Fact({
  title,
  children,
  about,
}: {
  title: string;
  children: ComponentChildren;
  about?: ComponentChildren;
}) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        <strong>{children}</strong>
        {about !== undefined && about !== '' && <span>{about}</span>}
      </dd>
    </div>
  );
}
