import { Navigate } from 'react-router';
import { usePlugins } from '../api/plugins.ts';
import { QueryView } from '../components/query-view.tsx';
import { useMay } from '../session/session.ts';

/** Where one begins: with the first run on an empty platform. */
export function HomePage() {
  const plugins = usePlugins();
  const mayStart = useMay('admin');
  return (
    <QueryView query={plugins}>
      {(found) => <Navigate to={found.length === 0 && mayStart ? '/start' : '/plugins'} replace />}
    </QueryView>
  );
}
