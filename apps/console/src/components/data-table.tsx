import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { t } from '../texts/text.ts';
import { classNames } from './class-names.ts';
import { rowAfter } from './row-moves.ts';
import { type Sorting, sortRows } from './sort-rows.ts';
import { TableHeader } from './table-header.tsx';
import { useAnchor } from './use-anchor.ts';
import { useWidth } from './use-width.ts';
import './data-table.css';

/**
 * A list of any length as a grid: only the rows in sight exist. The whole grid is one stop of the keyboard; arrows, Page Up
 * and Down, Home and End move among rows, Enter opens one, Space selects it.
 */
export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ReactNode;
  /** A track of the grid, such as `2fr` or `6rem`. Default `1fr`. */
  readonly width?: string;
  readonly align?: 'end';
  /** Shown only where the table is at least so many pixels wide. The first column always is. */
  readonly from?: number;
  /** Makes the column sortable: what rows are compared by. */
  readonly sortBy?: (row: T) => string | number;
}

/** Pixels, as in data-table.css. */
const HEADER_HEIGHT = 36;

interface DataTableProps<T> {
  /** Names the table for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Where a row leads, below `/console`. */
  readonly hrefOf?: (row: T) => string;
  /** What a click or Enter does where it leads nowhere. */
  readonly onOpen?: (row: T) => void;
  /** All there are, where not all are here yet; infinite while that is not known. */
  readonly total?: number;
  /** Called when the end comes into sight: read more. */
  readonly onEnd?: () => void;
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  readonly initialSorting?: Sorting;
  /** Pixels. Default 40. */
  readonly rowHeight?: number;
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, rowKey, hrefOf, onOpen, total, onEnd, selected, onSelect, rowHeight = 40 } = props;
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const [sorting, setSorting] = useState(props.initialSorting);
  const [current, setCurrent] = useState(0);
  const focusCurrent = useRef(false);

  const columns = props.columns.filter(({ from }, index) => index === 0 || from === undefined || width >= from);
  const rows = sortRows(props.rows, props.columns, sorting);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // The header stays in sight above the rows.
    scrollMargin: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
  });
  useAnchor({
    scroller,
    rowHeight,
    keys: { length: rows.length, at: (index) => (index in rows ? rowKey(rows[index] as T) : undefined) },
    enabled: sorting === undefined,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - 10 && rows.length < (total ?? rows.length)) onEnd?.();
  }, [last, rows.length, total, onEnd]);
  // A row may come into being only once it was scrolled to.
  useEffect(() => {
    if (!focusCurrent.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${current}"]`);
    if (!row) return;
    focusCurrent.current = false;
    row.focus({ preventScroll: true });
  });

  const toggle = (key: string) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  const moveTo = (index: number) => {
    focusCurrent.current = true;
    setCurrent(index);
    virtualizer.scrollToIndex(index);
  };
  const openRow = (row: T) => (hrefOf ? void navigate(hrefOf(row)) : onOpen?.(row));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number, row: T) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const inSight = Math.floor((scroller.current?.clientHeight ?? rowHeight) / rowHeight);
    const target = rowAfter(event.key, index, rows.length, Math.max(1, inSight - 2));
    if (target !== undefined) moveTo(target);
    else if (event.key === 'Enter' && (hrefOf || onOpen)) openRow(row);
    else if (event.key === ' ' && onSelect) toggle(rowKey(row));
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent<HTMLElement>, row: T) => {
    if (
      (!hrefOf && !onOpen) ||
      event.defaultPrevented ||
      (event.target as HTMLElement).closest('a, button, input, label')
    )
      return;
    // Marking text is no click.
    if (getSelection()?.isCollapsed === false) return;
    if (hrefOf && (event.metaKey || event.ctrlKey))
      open(`${import.meta.env.BASE_URL.slice(0, -1)}${hrefOf(row)}`, '_blank', 'noopener');
    else openRow(row);
  };

  const tracks = columns.map((column) => `minmax(0, ${column.width ?? '1fr'})`).join(' ');
  const template = { gridTemplateColumns: `${onSelect ? '1.5rem ' : ''}${tracks}` };
  return (
    <div
      className="table"
      role="grid"
      ref={scroller}
      aria-label={label}
      aria-rowcount={total === Number.POSITIVE_INFINITY ? -1 : (total ?? rows.length) + 1}
      aria-colcount={columns.length + (onSelect ? 1 : 0)}
      aria-multiselectable={onSelect ? true : undefined}
    >
      <TableHeader
        columns={columns}
        template={template}
        sorting={sorting}
        onSort={setSorting}
        allSelected={rows.length > 0 && rows.every((row) => selected?.has(rowKey(row)))}
        onSelectAll={onSelect && ((select) => onSelect(new Set(select ? rows.map(rowKey) : [])))}
      />
      <div role="rowgroup" className="table-canvas" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start, size }) => {
          const row = rows[index] as T;
          const key = rowKey(row);
          const isSelected = selected?.has(key) ?? false;
          return (
            <div
              key={key}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={onSelect ? isSelected : undefined}
              data-index={index}
              data-key={key}
              data-link={hrefOf !== undefined || onOpen !== undefined}
              className={classNames('table-row', 'table-data', isSelected && 'table-selected')}
              tabIndex={index === Math.min(current, rows.length - 1) ? 0 : -1}
              style={{ ...template, height: size, transform: `translateY(${start - HEADER_HEIGHT}px)` }}
              onFocus={() => setCurrent(index)}
              onKeyDown={(event) => onKeyDown(event, index, row)}
              onClick={(event) => onClick(event, row)}
            >
              {onSelect ? (
                <div role="gridcell" className="table-cell">
                  <input
                    type="checkbox"
                    tabIndex={-1}
                    aria-label={t('common.select')}
                    checked={isSelected}
                    onChange={() => toggle(key)}
                  />
                </div>
              ) : null}
              {columns.map((column) => (
                <div key={column.id} role="gridcell" className="table-cell" data-align={column.align}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
