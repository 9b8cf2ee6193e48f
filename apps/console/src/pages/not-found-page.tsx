import { Link } from 'react-router';
import { Page } from '../components/page.tsx';
import { EmptyState } from '../components/states.tsx';
import { t } from '../texts/text.ts';

export function NotFoundPage() {
  return (
    <Page title={t('common.state.notFoundTitle')}>
      <EmptyState
        title={t('common.state.notFoundTitle')}
        action={
          <Link className="button button-secondary" to="/">
            {t('common.navigation.plugins')}
          </Link>
        }
      >
        {t('common.state.notFound')}
      </EmptyState>
    </Page>
  );
}
