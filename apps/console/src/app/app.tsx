import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { RouterProvider } from 'react-aria-components';
import { BrowserRouter, useHref, useNavigate } from 'react-router';
import { createQueryClient } from '../api/query-client.ts';
import { ErrorState, Loading } from '../components/states.tsx';
import { Toasts } from '../components/toasts.tsx';
import { SignInPage } from '../pages/sign-in/sign-in-page.tsx';
import { endSession, useSessionQuery } from '../session/session.ts';
import { ErrorBoundary } from './error-boundary.tsx';
import { Pages } from './pages.tsx';
import { Shell } from './shell.tsx';

/** The console: signed out it is the sign-in page, whatever the address; signed in it is the page of the address. */
export function App() {
  const [client] = useState(() => {
    const created = createQueryClient(() => endSession(created, 'expired'));
    return created;
  });
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter basename="/console">
        <AriaRouting>
          <ErrorBoundary>
            <Gate />
          </ErrorBoundary>
          <Toasts />
        </AriaRouting>
      </BrowserRouter>
    </QueryClientProvider>
  );
}

/** Links of the component library go through the router, too. */
function AriaRouting({ children }: { readonly children: ReactNode }) {
  const navigate = useNavigate();
  return (
    <RouterProvider navigate={(to) => void navigate(to)} useHref={useHref}>
      {children}
    </RouterProvider>
  );
}

function Gate() {
  const session = useSessionQuery();
  if (session.data) {
    return (
      <Shell>
        <Pages />
      </Shell>
    );
  }
  if (session.data === null) return <SignInPage />;
  if (session.isError) return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
  return <Loading />;
}
