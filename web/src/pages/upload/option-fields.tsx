// How what is dropped next is taken in.

import { Accordion, Group, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Options } from './send.ts'

export const standardOptions: Options = {
  dryRun: false,
  unknownPeople: 'create_or_leave',
  allowDuplicates: false,
  defaults: {},
}

export function OptionFields({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  const { t } = useTranslation('upload')
  const { defaults } = options
  const set = (change: Partial<Options>) => onChange({ ...options, ...change })
  const say = (name: string, value: unknown) => {
    const { [name]: _, ...others } = defaults
    set({
      defaults:
        value === null || value === '' || (Array.isArray(value) && value.length === 0)
          ? others
          : { ...others, [name]: value },
    })
  }
  const people = ['create_or_leave', 'create', 'leave', 'refuse'] as const
  return (
    <Accordion variant="contained">
      <Accordion.Item value="options">
        <Accordion.Control>{t('options.title')}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">
            <Switch
              label={t('options.dryRun')}
              description={t('options.dryRunText')}
              checked={options.dryRun}
              onChange={(event) => set({ dryRun: event.currentTarget.checked })}
            />
            <Switch
              label={t('options.duplicates')}
              description={t('options.duplicatesText')}
              checked={options.allowDuplicates}
              onChange={(event) => set({ allowDuplicates: event.currentTarget.checked })}
            />
            <Select
              label={t('options.people')}
              allowDeselect={false}
              value={options.unknownPeople}
              data={people.map((value) => ({ value, label: t(`options.${value}`) }))}
              onChange={(value) => set({ unknownPeople: (value ?? 'create_or_leave') as Options['unknownPeople'] })}
              maw={520}
            />
            <Group align="flex-end">
              <TextInput
                label={t('options.agent')}
                description={t('options.agentText')}
                value={String(defaults.agent_email ?? '')}
                onChange={(event) => say('agent_email', event.currentTarget.value.trim())}
              />
              <Select
                label={t('options.direction')}
                clearable
                value={(defaults.direction as string) ?? null}
                data={(['inbound', 'outbound', 'internal'] as const).map((value) => ({
                  value,
                  label: t(`direction.${value}`),
                }))}
                onChange={(value) => say('direction', value)}
              />
              <TagsInput
                label={t('options.tags')}
                value={(defaults.tags as string[]) ?? []}
                maxLength={30}
                onChange={(value) => say('tags', value)}
                miw={220}
              />
            </Group>
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}
