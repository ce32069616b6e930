"""measurand: is your language-model application good at your own task?"""
