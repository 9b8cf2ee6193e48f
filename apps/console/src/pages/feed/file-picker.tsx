import { type DragEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Note } from '../../components/states.tsx';
import { formatBytes } from '../../format/numbers.ts';
import { t } from '../../texts/text.ts';

interface FilePickerProps {
  readonly file: File | undefined;
  readonly onChoose: (file: File) => void;
}

/** A file, chosen or dropped. */
export function FilePicker({ file, onChoose }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const choose = (chosen: File | null | undefined) => {
    if (chosen) onChoose(chosen);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files.item(0));
  };
  return (
    <div className="stack-tight">
      {/* Dropping is a shortcut for those with a mouse; the button does the same. */}
      <div
        className="feed-drop"
        role="group"
        aria-label={t('feed.upload.file')}
        data-drop-target={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <input
          ref={input}
          className="visually-hidden"
          type="file"
          name="file"
          aria-label={t('feed.upload.file')}
          tabIndex={-1}
          accept=".ndjson,.jsonl,.json,.gz,.txt"
          onChange={(event) => choose(event.currentTarget.files?.item(0))}
        />
        <Button onPress={() => input.current?.click()}>
          {t(file ? 'feed.upload.chooseOther' : 'feed.upload.choose')}
        </Button>
        <span className={file ? 'break' : 'muted'} role="status">
          {file ? t('feed.upload.chosen', { name: file.name, size: formatBytes(file.size) }) : t('feed.upload.drop')}
        </span>
      </div>
      {file?.size === 0 ? <Note tone="warn">{t('feed.upload.empty')}</Note> : null}
    </div>
  );
}
