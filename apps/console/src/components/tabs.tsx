import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components/Tabs';
import './tabs.css';

export interface TabItem<K extends string> {
  readonly id: K;
  readonly label: string;
  /** A tab is an address of its own, so that it can be bookmarked and gone back to. */
  readonly href: string;
}

interface TabsProps<K extends string> {
  readonly label: string;
  readonly tabs: readonly TabItem<K>[];
  readonly current: K;
  /** The content of the current tab. */
  readonly children: ReactNode;
}

/** Tabs, each with an address. Arrow keys move among them. */
export function Tabs<K extends string>({ label, tabs, current, children }: TabsProps<K>) {
  return (
    <AriaTabs className="tabs" selectedKey={current} keyboardActivation="manual">
      <TabList className="tab-list" aria-label={label}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} href={tab.href} className="tab">
            {tab.label}
          </Tab>
        ))}
      </TabList>
      <TabPanel key={current} id={current} className="tab-panel">
        {children}
      </TabPanel>
    </AriaTabs>
  );
}
