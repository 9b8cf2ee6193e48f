import { Component, type ReactNode } from 'react';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/states.tsx';
import { t } from '../texts/text.ts';

interface Props {
  readonly children: ReactNode;
  /** When it changes, what failed is tried again: the address, for pages. */
  readonly resetKey?: string;
}
interface State {
  readonly error: unknown;
  readonly resetKey: string | undefined;
}

/** A page that fails to render does not take the console with it. A part that can't be fetched was replaced by a newer one. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined, resetKey: this.props.resetKey };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.resetKey === state.resetKey ? null : { error: undefined, resetKey: props.resetKey };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    const outdated = error instanceof TypeError && /import|module/i.test(error.message);
    return (
      <EmptyState
        icon="warn"
        title={t('common.state.errorTitle')}
        action={<Button onPress={() => location.reload()}>{t('common.state.reload')}</Button>}
      >
        {outdated ? t('common.state.outdated') : t('common.state.crashed')}
      </EmptyState>
    );
  }
}
