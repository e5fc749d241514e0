// Searches that people keep: their own, and those that are shared with everybody.

import { Button, Group, Menu, Modal, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconBookmark, IconTrash, IconUsers } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, told } from '../../api/client.ts'
import { ask, say, sayFailure } from '../../components/actions.tsx'
import { Failed } from '../../components/states.tsx'
import { type SavedView, savedViewsQuery } from './queries.ts'

export type View = { q: string; filter: string; sort: string; columns: string[] }

export function SavedViews({ now, onOpen }: { now: View; onOpen: (view: SavedView) => void }) {
  const { t } = useTranslation(['interactions', 'shell'])
  const [isSaving, setSaving] = useState(false)
  const views = useQuery(savedViewsQuery)
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (id: string) => told(api.DELETE('/v1/saved-searches/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: savedViewsQuery.queryKey }),
    onError: sayFailure,
  })
  const changeable = views.data?.filter(({ may_change }) => may_change) ?? []
  return (
    <>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {t('views.title')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.data?.length === 0 && <Menu.Label>{t('views.none')}</Menu.Label>}
          {views.data?.map((view) => (
            <Menu.Item
              key={view.id}
              onClick={() => onOpen(view)}
              rightSection={view.is_shared ? <IconUsers size={14} aria-label={t('views.shared')} /> : undefined}
            >
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setSaving(true)}>{t('views.save')}</Menu.Item>
          {changeable.map(({ id, name }) => (
            <Menu.Item
              key={id}
              color="red"
              leftSection={<IconTrash size={14} aria-hidden />}
              onClick={() =>
                ask({
                  title: t('views.delete', { name }),
                  text: t('views.deleteText'),
                  confirm: t('shell:action.delete'),
                  onConfirm: () => remove.mutate(id),
                })
              }
            >
              {t('views.delete', { name })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <SaveView now={now} isOpen={isSaving} onClose={() => setSaving(false)} />
    </>
  )
}

function SaveView({ now, isOpen, onClose }: { now: View; isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation(['interactions', 'shell'])
  const [name, setName] = useState('')
  const [isShared, setShared] = useState(false)
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: () =>
      told(
        api.POST('/v1/saved-searches', {
          body: {
            name,
            is_shared: isShared,
            q: now.q || null,
            filter: now.filter || null,
            sort: now.sort,
            columns: now.columns,
          },
        }),
      ),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: savedViewsQuery.queryKey })
      say(t('views.saved', { name }))
      setName('')
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('views.save')}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('views.about')}</Text>
          {save.isError && <Failed error={save.error} />}
          <TextInput
            label={t('views.name')}
            required
            maxLength={100}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Switch
            label={t('views.share')}
            checked={isShared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('shell:action.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('shell:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
