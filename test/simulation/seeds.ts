/**
 * Seeds whose worlds broke a promise once, and what they found. Most of those faults are mutants, too (test/mutants), which
 * shows that the seed still leads to them; a seed that does not any more, because the simulation has changed, is replaced.
 */

export const foundBy: readonly (readonly [seed: number, found: string])[] = [
  [1, 'a worker started commands that had expired [Q7]'],
  [2, 'the commands of a frame were queued one by one, so that a later one overtook one that was lost [G10]'],
  [10, 'a message stayed pending for ever when its author was removed between answer and row [G5]'],
  [20, 'rooms that nobody had open never told of names and mentions whose announcement was lost [G4]'],
  [23, 'two workers both decided a command that changed nothing, and a deleted message kept its reactions [G9 G4]'],
  [40, 'a mention between the welcome and the opening of its room was told by nobody [G4]'],
  [65, 'a bump that was waiting was still sent to somebody who had been removed [G6]'],
  [107, 'who was removed and came back was not told of the room any more [G4]'],
  [118, 'an older row of the list brought an older name of a room back [G4]'],
  [150, 'what happened between a welcome and the joining of its rooms was told without mentions and names [G4]'],
  [749, 'members that came and went unseen were subtracted from the count [G4]'],
  [258, 'a row of the list took back what a bump had told of a room one had come back to [G4]'],
  [2604, 'mentions behind a cursor that was set back were missing [G4]'],
  [3125, 'rows on their way to a room that was being closed were lost to the list of rooms [G4]'],
  [3671, 'only the first page of a person was told of what happened in a new room before it was heard of [G4]'],
  [4351, 'a name that a room row brought was undone by an older row of the list [G4]'],
  [4586, 'a refusal that was long on its way shut a room that its reader had been let into meanwhile [G4]'],
  [50044, 'a bump that came before the row of its room was dropped [G4]'],
  [1_003_720, 'an answered "mark as unread" lost the mentions that the row after it told [G4]'],
  [1_003_790, 'one worker refused a send that another had written, and both were answered [G9]'],
  [475240, 'a row of what is my own that was seen before was dropped with its news of the room [G4]'],
]
