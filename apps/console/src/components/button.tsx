import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { t } from '../texts/text.ts';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className' | 'isPending'> {
  readonly children?: ReactNode;
  /** What a page is for is `primary`, once; what destroys is `danger`. Default `secondary`. */
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly className?: string;
  /** It works on what it was pressed for: it says so, keeps the focus, and can't be pressed again meanwhile. */
  readonly isPending?: boolean;
}

/** A button. */
export function Button({
  children,
  look = 'secondary',
  icon,
  small,
  className,
  isPending = false,
  ...props
}: ButtonProps) {
  // Not the library's own pending state: what it leaves in the page for screen readers has no name.
  const { onPress: _, ...unpressable } = props;
  return (
    <AriaButton
      {...(isPending ? { ...unpressable, type: 'button', 'aria-disabled': true } : props)}
      data-working={isPending || undefined}
      className={classNames('button', `button-${look}`, small && 'button-small', className)}
    >
      {isPending ? <span className="spinner" role="img" aria-label={t('common.state.working')} /> : null}
      {icon !== undefined && !isPending ? <Icon name={icon} /> : null}
      {children}
    </AriaButton>
  );
}
