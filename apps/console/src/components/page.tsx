import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-router';
import { t } from '../texts/text.ts';
import { Icon } from './icon.tsx';
import './page.css';

interface PageProps {
  /** The page's name: its heading, and the name of the browser's tab. May be anybody's text. */
  readonly title: string;
  /** One sentence on what the page is for. */
  readonly lead?: ReactNode;
  /** Where it lies: the page above. */
  readonly back?: { readonly to: string; readonly label: string };
  /** Pills beside the heading. */
  readonly marks?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** What every page is in: a heading that can be focused, its actions, and its content. */
export function Page({ title, lead, back, marks, actions, children }: PageProps) {
  useEffect(() => {
    document.title = t('common.title', { page: title });
  }, [title]);
  return (
    <div className="page">
      <header className="page-head">
        {back ? (
          <Link className="page-back" to={back.to}>
            <Icon name="left" />
            <span className="visually-hidden">{t('common.action.back', { where: '' })}</span>
            {back.label}
          </Link>
        ) : null}
        <div className="row row-apart page-title">
          <div className="row">
            <h1 id="page-title" tabIndex={-1}>
              {title}
            </h1>
            {marks}
          </div>
          {actions ? <div className="row">{actions}</div> : null}
        </div>
        {lead ? <p className="muted page-lead">{lead}</p> : null}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title?: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
  /** Without distance at the edge, for tables. */
  readonly flush?: boolean;
}

/** A card of a page with a heading of its own. */
export function Section({ title, lead, actions, children, flush = false }: SectionProps) {
  return (
    <section className="section">
      {title || actions ? (
        <div className="section-head row row-apart">
          {title ? <h2>{title}</h2> : <span />}
          {actions ? <div className="row">{actions}</div> : null}
        </div>
      ) : null}
      {lead ? <p className="muted section-lead">{lead}</p> : null}
      <div className={flush ? 'section-flush' : 'section-body'}>{children}</div>
    </section>
  );
}
