/** Plugins, their versions and what is set up on a version. */
export const plugins = {
  title: 'Plugins',
} as const;
