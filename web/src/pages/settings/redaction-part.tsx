// What is masked, from whom, and how it is shown where it must be.

import { List, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Panel } from '../../components/panel.tsx'

const masked = ['numbers', 'customer', 'email'] as const
const seers = ['owners', 'flag', 'reveal', 'keys'] as const

export function RedactionPart() {
  const { t } = useTranslation('settings')
  return (
    <>
      <Panel title={t('redaction.masked')} about={t('redaction.about')}>
        <List size="sm" spacing={4}>
          {masked.map((name) => (
            <List.Item key={name}>{t(`redaction.what.${name}`)}</List.Item>
          ))}
        </List>
        <Text size="sm">{t('redaction.notYet')}</Text>
      </Panel>
      <Panel title={t('redaction.seers')}>
        <List size="sm" spacing={4}>
          {seers.map((name) => (
            <List.Item key={name}>{t(`redaction.who.${name}`)}</List.Item>
          ))}
        </List>
      </Panel>
    </>
  )
}
