/* optimizer/join_samples.h: how often the rows of one relation meet what filters have left of another one's keys. */
#ifndef QUERN_OPTIMIZER_JOIN_SAMPLES_H
#define QUERN_OPTIMIZER_JOIN_SAMPLES_H

#include "optimizer/join_graph.h"

/* Reads small tables of a measured graph whole: their estimates become the rows that there are, and their classes have
 * an anchor. To be called before the graph's rows are asked for. */
void join_graph_sample(JoinGraph *graph);

#endif
