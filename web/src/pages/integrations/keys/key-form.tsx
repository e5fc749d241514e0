// Makes a key, or changes what it is called, what it may do, and when it ends.

import { NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { changesOf, useDraft } from '../../../components/draft.ts'
import { FormDrawer } from '../../../components/form-drawer.tsx'
import { ScopeChoice } from '../parts/scopes.tsx'
import type { ApiKey, FreshKey } from './queries.ts'

export function KeyForm({
  known,
  onClose,
  onDone,
}: {
  known?: ApiKey
  onClose: () => void
  onDone: (made: FreshKey | ApiKey) => void
}) {
  const { t } = useTranslation('integrations')
  const form = useDraft({
    name: known?.name ?? '',
    environment: (known?.environment ?? 'live') as 'live' | 'test',
    scopes: known?.scopes ?? ['calls:read', 'calls:write'],
    expires_in_days: (known ? (known.expires_in_days ?? '') : 365) as number | '',
  })
  const { draft, before, set } = form
  const save = useAct(
    (): Promise<FreshKey | ApiKey> => {
      const { expires_in_days: days, environment, ...rest } = draft
      if (!known) {
        return told(
          api.POST('/v1/api-keys', {
            body: { ...rest, environment, ...(days === '' ? {} : { expires_in_days: days }) },
          }),
        )
      }
      const { environment: _, expires_in_days, ...changes } = changesOf(before, draft)
      return told(
        api.PATCH('/v1/api-keys/{id}', {
          params: { path: { id: known.id } },
          body: { ...changes, ...(typeof expires_in_days === 'number' ? { expires_in_days } : {}) },
        }),
      )
    },
    { touches: [['keys']], isQuiet: true, onDone },
  )
  return (
    <FormDrawer
      title={t(known ? 'keys.edit' : 'keys.add')}
      submit={t(known ? 'action.save' : 'action.create', { ns: 'shell' })}
      isDirty={form.isDirty}
      save={save}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput label={t('name')} description={t('keys.nameHint')} required maxLength={200} {...form.text('name')} />
      {!known && (
        <Stack gap={4}>
          <Text size="sm" fw={500} id="environment">
            {t('keys.environment')}
          </Text>
          <Text size="xs" c="dimmed">
            {t('keys.environmentHint')}
          </Text>
          <SegmentedControl
            aria-labelledby="environment"
            data={['live', 'test']}
            value={draft.environment}
            onChange={(environment) => set({ environment: environment as 'live' | 'test' })}
          />
        </Stack>
      )}
      <ScopeChoice value={draft.scopes} onChange={(scopes) => set({ scopes })} about={t('keys.scopesHint')} />
      <NumberInput
        label={t('keys.days')}
        description={t('keys.daysHint')}
        min={1}
        max={3650}
        allowDecimal={false}
        value={draft.expires_in_days}
        onChange={(days) => set({ expires_in_days: typeof days === 'number' ? days : '' })}
      />
    </FormDrawer>
  )
}
