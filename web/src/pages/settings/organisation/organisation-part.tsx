// What an organisation is called and how it works; what the installation sets is shown beside, and cannot be changed here.

import { Alert, Button, Group, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../../api/failure.ts'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { useFormats } from '../../../components/figures.tsx'
import { useLeaveGuard } from '../../../components/leave-guard.ts'
import { Panel } from '../../../components/panel.tsx'
import { Loaded } from '../../../components/states.tsx'
import { Logo } from './logo.tsx'
import { changeOrganisation, type Organisation, organisationQuery, type Settings } from './queries.ts'

const zones = Intl.supportedValuesOf('timeZone')

export function OrganisationPart() {
  return (
    <Loaded query={useQuery(organisationQuery)}>
      {(organisation) => (
        <>
          <OrganisationForm key={organisation.updated_at} organisation={organisation} />
          <Installation settings={organisation.settings as Settings} />
        </>
      )}
    </Loaded>
  )
}

const holdOf = (hold: Settings['legal_hold']) => ({
  isOn: hold === true || typeof hold === 'string',
  reason: typeof hold === 'string' ? hold : '',
})

function OrganisationForm({ organisation }: { organisation: Organisation }) {
  const { t } = useTranslation(['settings', 'shell'])
  const isLocked = !useMay()('organisation:manage')
  const before = organisation.settings as Settings
  const [name, setName] = useState(organisation.name)
  const [changed, setChanged] = useState<Settings>({})
  const [hold, setHold] = useState(holdOf(before.legal_hold))
  const settings: Settings = { ...before, ...changed }
  const set = (change: Settings) => setChanged({ ...changed, ...change })
  const isHoldChanged = JSON.stringify(hold) !== JSON.stringify(holdOf(before.legal_hold))
  const isDirty = name !== organisation.name || Object.keys(changed).length > 0 || isHoldChanged
  const save = useAct(
    () =>
      changeOrganisation({
        ...(name === organisation.name ? {} : { name }),
        settings: {
          ...changed,
          ...(isHoldChanged ? { legal_hold: hold.isOn ? hold.reason.trim() || true : false } : {}),
        },
      }),
    { touches: [['organisation'], ['session']], done: t('organisation.saved'), isQuiet: true },
  )
  useLeaveGuard(isDirty && !save.isPending)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Panel title={t('part.organisation')} about={isLocked ? t('organisation.locked') : t('organisation.about')}>
      <form onSubmit={submit}>
        <Stack gap="md" maw={560}>
          <TextInput
            label={t('organisation.name')}
            required
            maxLength={300}
            disabled={isLocked}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t('organisation.bio')}
            description={t('organisation.bioText')}
            maxLength={100}
            disabled={isLocked}
            value={settings.bio ?? ''}
            onChange={(event) => set({ bio: event.currentTarget.value || null })}
          />
          <Logo hasLogo={organisation.has_logo} isLocked={isLocked} />
          <Select
            label={t('organisation.timeZone')}
            description={t('organisation.timeZoneText')}
            searchable
            allowDeselect={false}
            limit={80}
            disabled={isLocked}
            data={[...new Set([settings.time_zone ?? 'UTC', 'UTC', ...zones])]}
            value={settings.time_zone ?? 'UTC'}
            onChange={(time_zone) => time_zone && set({ time_zone })}
          />
          <Select
            label={t('organisation.agentChannel')}
            description={t('organisation.agentChannelText')}
            allowDeselect={false}
            disabled={isLocked}
            data={(['0', '1'] as const).map((value) => ({ value, label: t(`organisation.channel_${value}`) }))}
            value={String(settings.agent_channel ?? 0)}
            onChange={(value) => set({ agent_channel: value === '1' ? 1 : 0 })}
          />
          <Select
            label={t('organisation.unknownPeople')}
            description={t('organisation.unknownPeopleText')}
            allowDeselect={false}
            disabled={isLocked}
            data={(['create_or_leave', 'create', 'leave', 'refuse'] as const).map((value) => ({
              value,
              label: t(`organisation.unknown.${value}`),
            }))}
            value={settings.unknown_people ?? 'create_or_leave'}
            onChange={(value) => set({ unknown_people: (value ?? 'create_or_leave') as never })}
          />
          <Select
            label={t('organisation.exceeded')}
            allowDeselect={false}
            disabled={isLocked}
            data={(['halt', 'continue'] as const).map((value) => ({
              value,
              label: t(`organisation.onExceeded.${value}`),
            }))}
            value={settings.on_allocation_exceeded ?? 'halt'}
            onChange={(value) => set({ on_allocation_exceeded: (value ?? 'halt') as never })}
          />
          <Switch
            label={t('organisation.hearOwn')}
            description={t('organisation.hearOwnText')}
            disabled={isLocked}
            checked={settings.agents_hear_own ?? false}
            onChange={(event) => set({ agents_hear_own: event.currentTarget.checked })}
          />
          <Switch
            label={t('organisation.verifyWebhooks')}
            description={t('organisation.verifyWebhooksText')}
            disabled={isLocked}
            checked={settings.verify_webhooks ?? false}
            onChange={(event) => set({ verify_webhooks: event.currentTarget.checked })}
          />
          <Switch
            label={t('organisation.hold')}
            description={t('organisation.holdText')}
            disabled={isLocked}
            checked={hold.isOn}
            onChange={(event) => setHold({ ...hold, isOn: event.currentTarget.checked })}
          />
          {hold.isOn && (
            <TextInput
              label={t('organisation.holdReason')}
              maxLength={300}
              disabled={isLocked}
              value={hold.reason}
              onChange={(event) => setHold({ ...hold, reason: event.currentTarget.value })}
            />
          )}
          {save.isError && (
            <Alert color="red" role="alert">
              {asFailure(save.error).message}
            </Alert>
          )}
          {!isLocked && (
            <Group>
              <Button type="submit" disabled={!isDirty} loading={save.isPending}>
                {t('shell:action.save')}
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Panel>
  )
}

function Installation({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const { number } = useFormats()
  const amount = (name: 'minutes_per_month' | 'chats_per_month' | 'requests_per_minute') => {
    const value = settings[name]
    if (name === 'requests_per_minute' && value === 0) return t('installation.unlimited')
    if (value != null) return number(value)
    return t(name === 'requests_per_minute' ? 'installation.asPlan' : 'installation.unlimited')
  }
  return (
    <Panel title={t('installation.title')} about={t('installation.about')}>
      <Stack gap="sm" maw={560}>
        {(['minutes_per_month', 'chats_per_month', 'requests_per_minute'] as const).map((name) => (
          <TextInput key={name} label={t(`installation.${name}`)} disabled value={amount(name)} readOnly />
        ))}
        <TextInput label={t('installation.plan')} disabled readOnly value={settings.plan ?? t('installation.noPlan')} />
        <TextInput
          label={t('installation.domains')}
          disabled
          readOnly
          value={settings.sign_up_domains?.join(', ') || t('installation.noDomains')}
        />
      </Stack>
    </Panel>
  )
}
