// How messages are sent: payload, order, rate, and when what failed is tried again.

import { NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { useDraft } from '../../../components/draft.ts'
import type { EndpointDraft } from './endpoint-draft.ts'

export type EndpointFields = ReturnType<typeof useDraft<EndpointDraft>>

export function DeliveryInputs({ form, isNew }: { form: EndpointFields; isNew: boolean }) {
  const { t } = useTranslation('integrations')
  const { draft, set } = form
  const choice = <T extends string>(values: readonly T[], label: (value: T) => string) =>
    values.map((value) => ({ value, label: label(value) }))
  return (
    <Stack gap="sm">
      {isNew && draft.kind === 'http' && (
        <Select
          label={t('webhooks.field.style')}
          description={t('webhooks.hint.style')}
          allowDeselect={false}
          data={choice(['vela', 'vbot'] as const, (value) => t(`webhooks.style.${value}`))}
          {...form.value('style')}
        />
      )}
      <Select
        label={t('webhooks.field.format')}
        allowDeselect={false}
        data={choice(['plain', 'cloudevents'] as const, (value) => t(`webhooks.format.${value}`))}
        {...form.value('format')}
      />
      <Select
        label={t('webhooks.field.ordering')}
        allowDeselect={false}
        data={choice(['none', 'conversation', 'all'] as const, (value) => t(`webhooks.ordering.${value}`))}
        {...form.value('ordering')}
      />
      <NumberInput
        label={t('webhooks.field.rate')}
        description={t('webhooks.hint.rate')}
        min={1}
        max={500}
        allowDecimal={false}
        value={draft.rate}
        onChange={(rate) => set({ rate: typeof rate === 'number' ? rate : '' })}
      />
      <div>
        <Text size="sm" fw={500} id="retries">
          {t('webhooks.field.retries')}
        </Text>
        <SegmentedControl
          aria-labelledby="retries"
          fullWidth
          data={choice(['usual', 'once', 'own'] as const, (value) => t(`webhooks.retries.${value}`))}
          {...form.value('retries')}
        />
      </div>
      {draft.retries === 'usual' && (
        <Text size="xs" c="dimmed">
          {t('webhooks.hint.retries')}
        </Text>
      )}
      {draft.retries === 'own' && (
        <TextInput label={t('webhooks.field.waits')} description={t('webhooks.hint.waits')} {...form.text('waits')} />
      )}
    </Stack>
  )
}
