import { type ReactNode, useState } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components/Modal';
import { t } from '../texts/text.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './states.tsx';
import './dialog.css';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** `alertdialog` for questions that must be answered. */
  readonly role?: 'dialog' | 'alertdialog';
  /** Closes by its own button alone: what it shows is not shown again. */
  readonly persistent?: boolean;
  readonly wide?: boolean;
}

/**
 * A dialog over the page: keeps the focus, closes with Escape, gives the focus back. A press beside it does nothing: what
 * was typed is not lost by accident.
 */
export function Dialog({
  title,
  isOpen,
  onClose,
  children,
  role = 'dialog',
  persistent = false,
  wide = false,
}: DialogProps) {
  return (
    <ModalOverlay
      className="dialog-overlay"
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      isKeyboardDismissDisabled={persistent}
    >
      <Modal className={wide ? 'dialog-modal dialog-wide' : 'dialog-modal'}>
        <AriaDialog className="dialog" role={role}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What will happen, and to how much. */
  readonly children: ReactNode;
  /** Names the deed: "Delete", never "OK". */
  readonly confirmLabel: string;
  readonly danger?: boolean;
  /** Stays open until it is done, and shows the error when it failed. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before something that can't be taken back. */
export function ConfirmDialog({
  title,
  isOpen,
  onClose,
  children,
  confirmLabel,
  danger,
  onConfirm,
}: ConfirmDialogProps) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setError(undefined);
    onClose();
  };
  const confirm = async () => {
    setPending(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close} role="alertdialog">
      <div className="stack-tight">{children}</div>
      <ErrorNote error={error} />
      <div className="row row-end">
        <Button onPress={close} isDisabled={pending} autoFocus={danger ?? false}>
          {t('common.action.cancel')}
        </Button>
        <Button
          look={danger ? 'danger' : 'primary'}
          isPending={pending}
          onPress={() => void confirm()}
          autoFocus={!danger}
        >
          {confirmLabel}
        </Button>
      </div>
    </Dialog>
  );
}
