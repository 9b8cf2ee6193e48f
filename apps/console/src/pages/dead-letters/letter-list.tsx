import { useDeadLetters } from '../../api/dead-letters.ts';
import { Button } from '../../components/button.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { t } from '../../texts/text.ts';
import { LETTER_ROW_HEIGHT, letterColumns, letterHref } from './letter-columns.tsx';
import { MOST_NAMED, type ReplayRequest, replayOf } from './replay-request.ts';

interface LetterListProps {
  readonly feedId: string;
  readonly group: string | undefined;
  readonly selected: ReadonlySet<string>;
  /** Without it nothing can be selected. */
  readonly onSelect: ((selected: ReadonlySet<string>) => void) | undefined;
  readonly onReplay: (request: ReplayRequest) => void;
}

/** The letters, to be opened or selected and replayed. */
export function LetterList({ feedId, group, selected, onSelect, onReplay }: LetterListProps) {
  const query = useDeadLetters(feedId, group);
  return (
    <QueryView query={query}>
      {({ letters, total }) => {
        // What was replayed meanwhile is not selected any more.
        const chosen = letters.filter(({ id }) => selected.has(id)).slice(0, MOST_NAMED);
        return (
          <>
            {onSelect && chosen.length > 0 ? (
              <div className="letter-selection">
                <span role="status">{t('deadLetters.selected', { count: chosen.length })}</span>
                <div className="row">
                  <Button small onPress={() => onSelect(new Set())}>
                    {t('deadLetters.clear')}
                  </Button>
                  <Button small look="primary" icon="replay" onPress={() => onReplay(replayOf(chosen))}>
                    {t('deadLetters.replaySelected')}
                  </Button>
                </div>
              </div>
            ) : null}
            <DataTable
              label={t('deadLetters.table')}
              columns={letterColumns(feedId)}
              rows={letters}
              rowKey={({ id }) => id}
              hrefOf={({ id }) => letterHref(feedId, id)}
              rowHeight={LETTER_ROW_HEIGHT}
              total={total}
              {...(onSelect ? { selected, onSelect } : {})}
              onEnd={() => {
                if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
              }}
            />
          </>
        );
      }}
    </QueryView>
  );
}
