/** Signing in and out. */
export const session = {
  signIn: {
    title: 'Sign in',
    lead: 'With an API token of this platform.',
    token: 'API token',
    tokenHelp:
      'The first one is in the file api-token of the platform’s data folder. It is sent once and never stored in this browser.',
    submit: 'Sign in',
    wrong: 'No such token. Check that it was copied whole.',
    tooMany: 'Too many failed attempts from this address. Wait a minute.',
    expired: 'Your session has ended. Sign in again to go on.',
  },
  signOut: 'Sign out',
  signedOut: 'You are signed out.',
  signedInAs: 'Signed in with token {name}, role {role}',
  role: { read: 'read', operate: 'operate', admin: 'admin' },
} as const;
