import type { VersionStatus } from '@batchfeed/schemas';
import { Pill, type Tone } from '../../components/pill.tsx';
import { t } from '../../texts/text.ts';

const tones: Readonly<Record<VersionStatus, Tone>> = { DRAFT: 'info', ACTIVE: 'ok', ARCHIVED: 'quiet' };

export function VersionStatusPill({ status }: { readonly status: VersionStatus }) {
  return <Pill tone={tones[status]}>{t(`plugins.status.${status}`)}</Pill>;
}
