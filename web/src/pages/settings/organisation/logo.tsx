// The logo: shown, replaced, taken away.

import { Button, FileButton, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { putLogo, removeLogo } from './queries.ts'

const touches = [['organisation']]

export function Logo({ hasLogo, isLocked }: { hasLogo: boolean; isLocked: boolean }) {
  const { t } = useTranslation('settings')
  const [version, setVersion] = useState(0)
  const put = useAct(putLogo, { touches, done: t('logo.saved'), onDone: () => setVersion(version + 1) })
  const remove = useAct(removeLogo, { touches, done: t('logo.removed') })
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('logo.title')}
      </Text>
      <Text size="xs" c="dimmed" mb={6}>
        {t('logo.text')}
      </Text>
      <Group gap="sm">
        {hasLogo && <img className="settings-logo" src={`/v1/organisation/logo?${version}`} alt={t('logo.alt')} />}
        <FileButton accept="image/png,image/jpeg,image/gif,image/webp" onChange={(file) => file && put.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" size="xs" disabled={isLocked} loading={put.isPending}>
              {t(hasLogo ? 'logo.replace' : 'logo.choose')}
            </Button>
          )}
        </FileButton>
        {hasLogo && (
          <Button
            variant="subtle"
            color="red"
            size="xs"
            disabled={isLocked}
            onClick={() =>
              ask({
                title: t('logo.remove'),
                text: t('logo.removeText'),
                confirm: t('logo.remove'),
                onConfirm: () => remove.mutate(),
              })
            }
          >
            {t('logo.remove')}
          </Button>
        )}
      </Group>
    </div>
  )
}
