/** A screen that is a list: its head and what can be begun there, its figures, the list, and the forms that the URL opens. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { List, type ListProps } from './list.tsx';
import { Page, Panel } from './page.tsx';

interface Props<Row> extends ListProps<Row> {
  title: string;
  hint?: string;
  /** Beside the button of `create`, left of it. */
  actions?: ReactNode;
  figures?: ReactNode;
  /** Forms and whatever else the screen opens. */
  children?: ReactNode;
}

export function ListScreen<Row>({ title, hint, actions, figures, children, ...list }: Props<Row>) {
  const { create } = list;
  return (
    <Page
      title={title}
      hint={hint}
      actions={
        (actions || create) && (
          <>
            {actions}
            {create && (
              <Button type="primary" onClick={create.run}>
                {create.label}
              </Button>
            )}
          </>
        )
      }
    >
      {figures}
      <Panel flush>
        <List {...list} />
      </Panel>
      {children}
    </Page>
  );
}
