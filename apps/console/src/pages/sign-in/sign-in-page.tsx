import { signInSchema } from '@batchfeed/schemas';
import { type FormEvent, useEffect } from 'react';
import { hasStatus } from '../../api/api-error.ts';
import { ThemeSwitch } from '../../app/theme-switch.tsx';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { ErrorNote, Note } from '../../components/states.tsx';
import { textOrNone } from '../../forms/read-values.ts';
import { useForm } from '../../forms/use-form.ts';
import { useSessionEnd, useSignIn } from '../../session/session.ts';
import { t } from '../../texts/text.ts';
import './sign-in-page.css';

/** With an API token; the platform answers with a cookie that scripts can't read. */
export function SignInPage() {
  const signIn = useSignIn();
  const end = useSessionEnd();
  const form = useForm({
    schema: signInSchema,
    initial: { token: '' },
    read: ({ token }) => ({ token: textOrNone(token) }),
  });
  useEffect(() => {
    document.title = t('common.title', { page: t('session.signIn.title') });
  }, []);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const data = form.submit();
    if (data) signIn.mutate(data.token);
  };
  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit} noValidate>
        <div className="stack-tight">
          <span className="brand">
            <span className="brand-mark" aria-hidden="true" />
            {t('common.product')}
          </span>
          <h1 id="page-title" tabIndex={-1}>
            {t('session.signIn.title')}
          </h1>
          <p className="muted">{t('session.signIn.lead')}</p>
        </div>
        {end && !signIn.error ? (
          <Note role="status">{t(end === 'expired' ? 'session.signIn.expired' : 'session.signedOut')}</Note>
        ) : null}
        <Field
          field={form.field('token')}
          label={t('session.signIn.token')}
          help={t('session.signIn.tokenHelp')}
          type="password"
          autoComplete="current-password"
          mono
          autoFocus
        />
        <SignInError error={signIn.error} />
        <Button type="submit" look="primary" isPending={signIn.isPending}>
          {t('session.signIn.submit')}
        </Button>
      </form>
      <div className="sign-in-theme">
        <ThemeSwitch />
      </div>
    </main>
  );
}

function SignInError({ error }: { readonly error: unknown }) {
  if (hasStatus(error, 401)) {
    return (
      <Note tone="bad" role="alert">
        {t('session.signIn.wrong')}
      </Note>
    );
  }
  if (hasStatus(error, 429)) {
    return (
      <Note tone="bad" role="alert">
        {t('session.signIn.tooMany')}
      </Note>
    );
  }
  return <ErrorNote error={error} />;
}
