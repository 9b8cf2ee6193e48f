import { useState } from 'react';
import type { UploadMode } from '../../api/uploads.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { t } from '../../texts/text.ts';
import { FilePicker } from './file-picker.tsx';

interface UploadFormProps {
  readonly onStart: (file: File, mode: UploadMode) => void;
}

const modes: readonly UploadMode[] = ['diff', 'full'];

/** Which file, and what it is. Replacing a whole segment takes people out, so that is asked first. */
export function UploadForm({ onStart }: UploadFormProps) {
  const [file, setFile] = useState<File>();
  const [mode, setMode] = useState<UploadMode>('diff');
  const [asking, setAsking] = useState(false);
  return (
    <div className="stack">
      <FilePicker file={file} onChoose={setFile} />
      <SelectField
        label={t('feed.upload.mode')}
        help={t(`feed.upload.modeHelp.${mode}`)}
        field={{ name: 'mode', value: mode, onChange: setMode }}
        choices={modes.map((value) => ({ value, label: t(`feed.upload.modes.${value}`) }))}
      />
      <div className="row">
        <Button
          look="primary"
          icon="upload"
          isDisabled={file === undefined || file.size === 0}
          onPress={() => (mode === 'full' ? setAsking(true) : file && onStart(file, mode))}
        >
          {t('feed.upload.start')}
        </Button>
      </div>
      <ConfirmDialog
        title={t('feed.upload.fullTitle')}
        isOpen={asking && file !== undefined}
        onClose={() => setAsking(false)}
        confirmLabel={t('feed.upload.fullAction')}
        danger
        onConfirm={async () => file && onStart(file, mode)}
      >
        <p>{t('feed.upload.fullText', { name: file?.name ?? '' })}</p>
      </ConfirmDialog>
    </div>
  );
}
