import { Page } from '../../components/page.tsx';
import { t } from '../../texts/text.ts';

export function PluginsPage() {
  return <Page title={t('plugins.title')} />;
}
