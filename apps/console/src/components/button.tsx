import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { t } from '../texts/text.ts';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icon.tsx';
import './button.css';

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger';

export interface ButtonProps extends Omit<AriaButtonProps, 'children' | 'className'> {
  readonly children?: ReactNode;
  /** What a page is for is `primary`, once; what destroys is `danger`. Default `secondary`. */
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly className?: string;
}

/** A button. While `isPending` it shows that it works, says so to screen readers, and can't be pressed again. */
export function Button({ children, look = 'secondary', icon, small, className, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} className={classNames('button', `button-${look}`, small && 'button-small', className)}>
      {({ isPending }) => (
        <>
          {isPending ? <span className="spinner" role="img" aria-label={t('common.state.working')} /> : null}
          {icon !== undefined && !isPending ? <Icon name={icon} /> : null}
          {children}
        </>
      )}
    </AriaButton>
  );
}
