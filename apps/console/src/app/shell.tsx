import { type ReactNode, useEffect, useState } from 'react';
import { NavLink, useLocation } from 'react-router';
import { Button } from '../components/button.tsx';
import { classNames } from '../components/class-names.ts';
import { Icon } from '../components/icon.tsx';
import { toast } from '../components/toasts.tsx';
import { includesRole } from '../session/roles.ts';
import { useSession, useSignOut } from '../session/session.ts';
import { t } from '../texts/text.ts';
import { navigation } from './navigation.ts';
import { OfflineBanner } from './offline-banner.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { useRouteFocus } from './use-route-focus.ts';
import './shell.css';

/** What is round every page: skip link, navigation, who is signed in. */
export function Shell({ children }: { readonly children: ReactNode }) {
  useRouteFocus();
  return (
    <div className="shell">
      <a className="skip" href="#page-title">
        {t('common.skip')}
      </a>
      <Sidebar />
      <main className="shell-main" id="content">
        <OfflineBanner />
        {children}
      </main>
    </div>
  );
}

function Sidebar() {
  const { pathname } = useLocation();
  const { role } = useSession();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went somewhere is done with the menu.
  useEffect(() => setOpen(false), [pathname]);
  return (
    <header className="sidebar" data-open={open}>
      <div className="sidebar-top">
        <NavLink to="/" className="brand">
          <span className="brand-mark" aria-hidden="true" />
          {t('common.product')}
        </NavLink>
        <Button
          className="sidebar-toggle"
          look="quiet"
          icon={open ? 'cross' : 'menu'}
          aria-expanded={open}
          aria-controls="sidebar-content"
          onPress={() => setOpen(!open)}
        >
          {t('common.navigation.menu')}
        </Button>
      </div>
      <div className="sidebar-content" id="sidebar-content">
        <nav aria-label={t('common.navigation.label')}>
          <ul>
            {navigation
              .filter(({ needs = 'read' }) => includesRole(role, needs))
              .map(({ to, text, icon }) => (
                <li key={to}>
                  <NavLink to={to} className={({ isActive }) => classNames('nav-link', isActive && 'nav-current')}>
                    <Icon name={icon} />
                    {t(text)}
                  </NavLink>
                </li>
              ))}
          </ul>
        </nav>
        <div className="sidebar-foot">
          <ThemeSwitch />
          <SignedIn />
        </div>
      </div>
    </header>
  );
}

function SignedIn() {
  const { name, role } = useSession();
  const signOut = useSignOut();
  return (
    <div className="signed-in">
      <div className="grow">
        <span className="visually-hidden">{t('session.signedInAs', { name, role: t(`session.role.${role}`) })}</span>
        <div aria-hidden="true">
          <div className="break">{name}</div>
          <div className="muted small">{t(`session.role.${role}`)}</div>
        </div>
      </div>
      <Button
        look="quiet"
        small
        icon="out"
        isPending={signOut.isPending}
        onPress={() => signOut.mutate(undefined, { onError: toast.failed })}
      >
        {t('session.signOut')}
      </Button>
    </div>
  );
}
