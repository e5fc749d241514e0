// Tags: in which colour, on how many conversations; a deleted one can be had back.

import { ActionIcon, Alert, Anchor, Button, Group, Table, Text } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '../../../api/session.ts'
import { useAct } from '../../../components/act.ts'
import { ask } from '../../../components/actions.tsx'
import { useFormats } from '../../../components/figures.tsx'
import { Listed } from '../../../components/listed.tsx'
import { usePages } from '../../../components/pages.ts'
import { Panel } from '../../../components/panel.tsx'
import { Blank } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { deleteTag, readTags, restoreTag, type Tag } from './queries.ts'
import { TagDrawer } from './tag-drawer.tsx'

const touches = [['tags'], ['interactions']]

export function TagsPart() {
  const { t } = useTranslation(['settings', 'shell'])
  const mayChange = useMay()('calls:annotate')
  const tags = usePages(['tags', 'list'], readTags)
  const { number } = useFormats()
  const [task, setTask] = useState<Tag | 'new' | null>(null)
  const [gone, setGone] = useState<Tag | null>(null)
  const restore = useAct(restoreTag, { touches, done: t('tags.restored'), onDone: () => setGone(null) })
  const remove = useAct(deleteTag, { touches, onDone: setGone })
  const askDelete = (tag: Tag) =>
    ask({
      title: t('tags.deleteTitle', { name: tag.name }),
      text: t('tags.deleteText', { count: tag.conversations }),
      confirm: t('shell:action.delete'),
      onConfirm: () => remove.mutate(tag.id),
    })
  return (
    <Panel
      title={t('part.tags')}
      about={t('tags.about')}
      actions={
        <Button
          size="xs"
          disabled={!mayChange}
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setTask('new')}
        >
          {t('tags.create')}
        </Button>
      }
    >
      {gone && (
        <Alert role="status" withCloseButton closeButtonLabel={t('shell:action.close')} onClose={() => setGone(null)}>
          <Group gap="sm">
            <Text size="sm">{t('tags.deleted', { name: gone.name, count: gone.conversations })}</Text>
            <Button
              size="compact-sm"
              variant="light"
              loading={restore.isPending}
              onClick={() => restore.mutate(gone.id)}
            >
              {t('tags.undo')}
            </Button>
          </Group>
        </Alert>
      )}
      <Listed query={tags} blank={<Blank title={t('tags.none')}>{t('tags.noneText')}</Blank>}>
        {(rows) => (
          <TableRegion
            label={t('part.tags')}
            headings={[t('tags.name'), t('tags.count'), t('people.actions')]}
            minWidth={360}
          >
            {rows.map((tag) => (
              <Table.Tr key={tag.id}>
                <Table.Td>
                  <Group gap="xs" wrap="nowrap">
                    <span className="settings-dot" style={{ background: tag.colour }} aria-hidden />
                    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {tag.name}
                    </Text>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <Anchor
                    component={Link}
                    to="/interactions"
                    search={{ filter: `tag = ${JSON.stringify(tag.name)}` } as never}
                    size="sm"
                  >
                    {number(tag.conversations)}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Group gap={4} wrap="nowrap">
                    <ActionIcon
                      variant="subtle"
                      disabled={!mayChange}
                      aria-label={t('tags.change', { name: tag.name })}
                      onClick={() => setTask(tag)}
                    >
                      <IconPencil size={16} aria-hidden />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      disabled={!mayChange}
                      aria-label={t('tags.remove', { name: tag.name })}
                      onClick={() => askDelete(tag)}
                    >
                      <IconTrash size={16} aria-hidden />
                    </ActionIcon>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </TableRegion>
        )}
      </Listed>
      {task && <TagDrawer tag={task === 'new' ? null : task} onClose={() => setTask(null)} />}
    </Panel>
  )
}
