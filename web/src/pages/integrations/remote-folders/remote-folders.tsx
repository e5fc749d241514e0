// Where recordings are fetched from: folders, the servers that they lie on, and watchers that send by themselves.

import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Page } from '../../../components/page.tsx'
import { useAddress } from '../parts/address.ts'
import { AddressTabs } from '../parts/tabs.tsx'
import { FolderForm } from './folder-form.tsx'
import { FoldersList } from './folders-list.tsx'
import { ServersList } from './servers-list.tsx'
import { WatchersList } from './watchers-list.tsx'

export function RemoteFolders() {
  const { t } = useTranslation('integrations')
  const { search, set, go } = useAddress()
  return (
    <Page
      title={t('remote.title')}
      about={t('remote.about')}
      actions={
        search.tab === 'servers' ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ server: 'new' })}>
            {t('remote.addServer')}
          </Button>
        ) : search.tab === 'watchers' ? undefined : (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ open: 'new' })}>
            {t('remote.addFolder')}
          </Button>
        )
      }
    >
      <AddressTabs
        label={t('remote.title')}
        tabs={[
          { value: 'folders', label: t('remote.tab.folders'), content: () => <FoldersList /> },
          { value: 'servers', label: t('remote.tab.servers'), content: () => <ServersList /> },
          { value: 'watchers', label: t('remote.tab.watchers'), content: () => <WatchersList /> },
        ]}
      />
      {search.open === 'new' && (
        <FolderForm
          onClose={() => set({ open: undefined })}
          onDone={({ folder_id }) => go({ section: 'remote-folders', id: folder_id })}
        />
      )}
    </Page>
  )
}
