"""In a hidden layer with special axes, how many features does each neuron answer to?"""
