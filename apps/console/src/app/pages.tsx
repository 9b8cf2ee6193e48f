import { type ComponentType, lazy, Suspense } from 'react';
import { Route, Routes, useLocation } from 'react-router';
import { Loading } from '../components/states.tsx';
import { HomePage } from '../pages/home-page.tsx';
import { NotFoundPage } from '../pages/not-found-page.tsx';
import { ErrorBoundary } from './error-boundary.tsx';

/** A page as a part of its own, fetched when it is first gone to. */
const page = <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) =>
  lazy(async () => ({ default: (await load())[name] }));

/** Every page by its address below `/console`. */
const routes: Readonly<Record<string, ComponentType>> = {
  '/audit': page(() => import('../pages/audit/audit-page.tsx'), 'AuditPage'),
  '/start': page(() => import('../pages/first-run/first-run-page.tsx'), 'FirstRunPage'),
  '/plugins': page(() => import('../pages/plugins/plugins-page.tsx'), 'PluginsPage'),
  '/plugins/:pluginId': page(() => import('../pages/plugin/plugin-page.tsx'), 'PluginPage'),
  '/plugins/:pluginId/versions/:versionId/:tab?': page(
    () => import('../pages/version/version-page.tsx'),
    'VersionPage',
  ),
  '/feeds': page(() => import('../pages/feeds/feeds-page.tsx'), 'FeedsPage'),
  '/feeds/:feedId/batches': page(() => import('../pages/batches/batches-page.tsx'), 'BatchesPage'),
  '/feeds/:feedId/batches/:batchId': page(() => import('../pages/batches/batch-page.tsx'), 'BatchPage'),
  '/feeds/:feedId/dead-letters': page(() => import('../pages/dead-letters/dead-letters-page.tsx'), 'DeadLettersPage'),
  '/feeds/:feedId/dead-letters/:letterId': page(
    () => import('../pages/dead-letters/dead-letter-page.tsx'),
    'DeadLetterPage',
  ),
  '/users': page(() => import('../pages/users/users-page.tsx'), 'UsersPage'),
  '/feeds/:feedId/:tab?': page(() => import('../pages/feed/feed-page.tsx'), 'FeedPage'),
};

export function Pages() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary resetKey={pathname}>
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route path="/" element={<HomePage />} />
          {Object.entries(routes).map(([path, Page]) => (
            <Route key={path} path={path} element={<Page />} />
          ))}
          <Route path="*" element={<NotFoundPage />} />
        </Routes>
      </Suspense>
    </ErrorBoundary>
  );
}
