import type { UserSearchAnswer } from '@batchfeed/schemas';
import type { FormEvent } from 'react';
import { useSearchParams } from 'react-router';
import { useFeedResource } from '../../api/feed-setup.ts';
import { useUserSearch } from '../../api/user-search.ts';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { HistoryNotes } from '../../components/history-notes.tsx';
import { Page, Section } from '../../components/page.tsx';
import { RawText } from '../../components/raw-text.tsx';
import { SelectField } from '../../components/select-field.tsx';
import { EmptyState, ErrorState, Loading } from '../../components/states.tsx';
import { useForm } from '../../forms/use-form.ts';
import { t } from '../../texts/text.ts';
import { toUserForm, toUserSearch, userFormSchema, userTypes } from './user-form.ts';
import { UserInFeed } from './user-in-feed.tsx';
import './users.css';

const initial = { type: 'USER_POINT', user: '', compartment: '' };

/** What became of one user, in every feed or in the one the address names. */
export function UsersPage() {
  const { found, search } = useUserSearch();
  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      <div className="stack">
        <Section>
          <SearchForm {...{ found, search }} />
        </Section>
        {search.isPending ? <Loading /> : null}
        {search.isError ? <ErrorState error={search.error} /> : null}
        {/* Always there, so that screen readers notice what comes into it. */}
        <p className="muted" role="status">
          {found && isKnown(found.answer) ? t('users.known', { count: found.answer.feeds.length }) : null}
        </p>
        {found ? <Found answer={found.answer} /> : null}
      </div>
    </Page>
  );
}

function SearchForm({ found, search }: ReturnType<typeof useUserSearch>) {
  const [params, setParams] = useSearchParams();
  const feedId = params.get('feed') ?? undefined;
  const form = useForm({
    schema: userFormSchema,
    initial: found ? toUserForm(found.asked) : initial,
    // Identifiers are pasted, with what stood round them.
    read: ({ type, user, compartment }) => ({ type, user: user.trim(), compartment: compartment.trim() }),
  });
  const type = userTypes.find((known) => known === form.values.type) ?? 'USER_POINT';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = form.submit();
    if (typed) search.mutate(toUserSearch(typed, feedId));
  };
  return (
    <form className="user-form" onSubmit={submit} noValidate autoComplete="off">
      <SelectField
        field={form.field('type')}
        label={t('users.type')}
        help={t('users.typeHelp')}
        choices={userTypes.map((value) => ({ value, label: t(`users.types.${value}`) }))}
      />
      <Field field={form.field('user')} label={t('users.user')} help={t(`users.userHelp.${type}`)} mono autoFocus />
      {type === 'USER_ACCOUNT' ? (
        <Field
          field={form.field('compartment')}
          label={t('users.compartment')}
          help={t('users.compartmentHelp')}
          optional
          mono
        />
      ) : null}
      <div className="row user-form-foot">
        <Button type="submit" look="primary" icon="search" isPending={search.isPending}>
          {t('users.submit')}
        </Button>
        {feedId === undefined ? null : (
          <span className="row small">
            <OnlyFeed feedId={feedId} />
            <Button small look="quiet" onPress={() => setParams({}, { replace: true })}>
              {t('users.everyFeed')}
            </Button>
          </span>
        )}
      </div>
    </form>
  );
}

function OnlyFeed({ feedId }: { readonly feedId: string }) {
  const feed = useFeedResource(feedId);
  return (
    <span className="break">
      <RawText text={t('users.onlyFeed', { feed: feed.data?.name ?? feedId })} />
    </span>
  );
}

/** Asked about one feed, the platform answers about it even when it knows nothing. */
const isKnown = ({ feeds }: Pick<UserSearchAnswer, 'feeds'>): boolean =>
  feeds.some(({ events, waiting }) => events.length > 0 || waiting.length > 0);

function Found({ answer: { feeds, gaps } }: { readonly answer: UserSearchAnswer }) {
  const known = isKnown({ feeds });
  return (
    <>
      {known ? null : (
        <Section>
          <EmptyState icon="search" title={t('users.noneTitle')}>
            {t('users.none')}
          </EmptyState>
        </Section>
      )}
      <HistoryNotes incompleteBefore={known ? null : (feeds[0]?.incomplete_before_ts ?? null)} gaps={gaps} />
      {known ? feeds.map((found) => <UserInFeed key={found.feed_id} found={found} />) : null}
    </>
  );
}
