import { useState, type ReactNode } from 'react';

interface Props { title: string; children?: ReactNode }

export function Panel({ title, children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <section className="panel" onClick={() => setOpen(!open)}>
      <Title text={title} />
      {open && children}
    </section>
  );
}

const Title = ({ text }: { text: string }) => <h1>{text}</h1>;
