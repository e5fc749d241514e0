// What a message broker must be told: the login, and where messages go.

import { PasswordInput, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { EndpointFields } from './delivery-inputs.tsx'
import { type BrokerField, brokerFields, sealedFields } from './endpoint-draft.ts'

export function BrokerInputs({ form, isStored }: { form: EndpointFields; isStored: boolean }) {
  const { t } = useTranslation('integrations')
  const { draft, set } = form
  if (draft.kind === 'http') return null
  const input = (name: BrokerField | 'ca_certificate') => ({
    label: t(`webhooks.broker.${name}`),
    value: draft.broker[name] ?? '',
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      set({ broker: { ...draft.broker, [name]: value } }),
    ...(isStored && sealedFields.includes(name) ? { placeholder: t('sealedKept') } : {}),
    autoComplete: 'off',
  })
  return (
    <Stack gap="sm">
      {brokerFields[draft.kind].map((name) =>
        name === 'credentials' ? (
          <Textarea key={name} {...input(name)} autosize minRows={2} maxRows={6} spellCheck={false} />
        ) : sealedFields.includes(name) ? (
          <PasswordInput key={name} {...input(name)} visibilityToggleButtonProps={{ 'aria-label': t('showText') }} />
        ) : (
          <TextInput key={name} {...input(name)} />
        ),
      )}
      {draft.kind === 'nats' && <Switch label={t('webhooks.broker.create_stream')} {...form.tick('createStream')} />}
      <Textarea {...input('ca_certificate')} autosize minRows={2} maxRows={6} spellCheck={false} />
    </Stack>
  )
}
