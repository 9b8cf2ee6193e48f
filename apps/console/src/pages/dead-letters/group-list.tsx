import type { DeadLetterGroup } from '@batchfeed/schemas';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { Pill } from '../../components/pill.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { Time } from '../../components/time.tsx';
import { t } from '../../texts/text.ts';

interface GroupListProps {
  readonly groups: readonly DeadLetterGroup[];
  readonly chosen: string | undefined;
  /** Undefined for all of them. */
  readonly onChoose: (group: string | undefined) => void;
}

/** Why letters died, the most frequent reason first. Choosing one narrows the list below; once more shows all. */
export function GroupList({ groups, chosen, onChoose }: GroupListProps) {
  return (
    <ul className="letter-groups">
      {groups.map((group) => (
        <li key={group.group}>
          <ToggleButton
            className="letter-group"
            isSelected={group.group === chosen}
            onChange={(selected) => onChoose(selected ? group.group : undefined)}
          >
            <GroupText group={group} />
          </ToggleButton>
        </li>
      ))}
    </ul>
  );
}

function GroupText({ group }: { readonly group: DeadLetterGroup }) {
  const { stage, count, lines, reason, http_status: status, first_dead_ts: first, last_dead_ts: last } = group;
  return (
    <>
      <span className="row">
        <Pill tone="bad">{t(`deadLetters.stage.${stage}`)}</Pill>
        {status === null ? null : <b>{t('batches.attempt.status', { status: String(status) })}</b>}
        <span className="numeric">
          {t('deadLetters.count', { count })}
          {stage === 'batch' ? `, ${t('deadLetters.lineCount', { count: lines })}` : null}
        </span>
      </span>
      <span className="letter-group-reason break">
        <RawText text={reason} />
      </span>
      <span className="muted small">
        <Time ts={first} quiet />
        {Math.floor(last / 1_000) > Math.floor(first / 1_000) ? (
          <>
            {' – '}
            <Time ts={last} quiet />
          </>
        ) : null}
      </span>
    </>
  );
}
