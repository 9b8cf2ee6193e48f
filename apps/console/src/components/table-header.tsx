import { t } from '../texts/text.ts';
import type { Column } from './data-table.tsx';
import { Icon } from './icon.tsx';
import type { Sorting } from './sort-rows.ts';

interface TableHeaderProps<T> {
  readonly columns: readonly Column<T>[];
  readonly template: { readonly gridTemplateColumns: string };
  readonly sorting: Sorting | undefined;
  readonly onSort: (sorting: Sorting) => void;
  readonly allSelected: boolean;
  /** Without it nothing can be selected. */
  readonly onSelectAll: ((select: boolean) => void) | undefined;
}

export function TableHeader<T>({ columns, template, allSelected, onSelectAll, ...sorting }: TableHeaderProps<T>) {
  return (
    <div role="rowgroup" className="table-head">
      <div role="row" aria-rowindex={1} className="table-row" style={template}>
        {onSelectAll ? (
          <div role="columnheader" className="table-cell">
            <input
              type="checkbox"
              aria-label={t('common.selectAll')}
              checked={allSelected}
              onChange={() => onSelectAll(!allSelected)}
            />
          </div>
        ) : null}
        {columns.map((column) => (
          <HeaderCell key={column.id} column={column} {...sorting} />
        ))}
      </div>
    </div>
  );
}

interface HeaderCellProps<T> extends Pick<TableHeaderProps<T>, 'sorting' | 'onSort'> {
  readonly column: Column<T>;
}

function HeaderCell<T>({ column, sorting, onSort }: HeaderCellProps<T>) {
  if (!column.sortBy) {
    return (
      <div role="columnheader" className="table-cell" data-align={column.align}>
        {column.header}
      </div>
    );
  }
  const direction = sorting?.column === column.id ? (sorting.descending ? 'descending' : 'ascending') : 'none';
  return (
    <div role="columnheader" className="table-cell" data-align={column.align} aria-sort={direction}>
      <button
        type="button"
        className="table-sort"
        onClick={() => onSort({ column: column.id, descending: direction === 'ascending' })}
      >
        {column.header}
        {direction === 'none' ? null : <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
      </button>
    </div>
  );
}
