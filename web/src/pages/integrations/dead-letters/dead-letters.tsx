// Deliveries that failed at every attempt: grouped by what they died of, one by one, and what is being done about many.

import { useTranslation } from 'react-i18next'
import { Page } from '../../../components/page.tsx'
import { AddressTabs } from '../parts/tabs.tsx'
import { Groups } from './groups.tsx'
import { Letters } from './letters.tsx'
import { Runs } from './runs.tsx'

export function DeadLetters() {
  const { t } = useTranslation('integrations')
  return (
    <Page title={t('letters.title')} about={t('letters.about')}>
      <AddressTabs
        label={t('letters.title')}
        tabs={[
          { value: 'groups', label: t('letters.tab.groups'), content: () => <Groups /> },
          { value: 'letters', label: t('letters.tab.letters'), content: () => <Letters /> },
          { value: 'runs', label: t('letters.tab.runs'), content: () => <Runs /> },
        ]}
      />
    </Page>
  )
}
