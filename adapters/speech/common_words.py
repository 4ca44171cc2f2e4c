"""Common words of everyday talk that name no symptom.

A recogniser that knows few words but those of its subject hears them in everything: somebody who
talked of a holiday was heard to complain of blood clots. Each word here is one more thing that may
have been said instead. They stand in the language model once each, below anything a site or a
protocol brings. Written for this purpose, and wide on purpose: nothing here was chosen to fit a
measurement.
"""

from __future__ import annotations

_VERBS = """
accept accepted add added afford agree agreed allow allowed answer answered apply applied argue
arrive arrived attend avoid bake begin began believe belong blame borrow bought breakfast
build built buy buying cancel cancelled care carry carried catch caught celebrate choose chose
clean cleaned climb close closed collect compare complete confirm confirmed connect consider
contact continue cook copy cost count cover create cross dance deal decide decided deliver
delivered depend describe destroy develop disappear discuss draw drew dream dress drive driving
drove earn eat eating ate empty enjoy enter exercise exist expect expected explain explained
extend figure fill filled finish finished fish fit fix fixed fly flew follow followed forget
forgot forgive freeze frozen gather greet grow grew guess hang happen hate hide hire hold
hope hoping hug hurry imagine improve include increase inform introduce invite iron join joke
judge jump laugh lead learn learned leave leaving lend lie lift like limit list listen live
lived load lock lose lost love loved manage mark marry match matter measure meet meeting
mention met mind miss missed mix mow notice obtain offer ordered organise organize owns pack
park parked pass pick picked place plan planned play played point post pour practise
practice prefer prepare print promise protect prove provide pull push questions quit
reach read reading realize receive received recommend refuse relax remain remember remind
remove rent repair repeat replace reply report request require rest return returned ride ring
rise roll run running sail save search seem sell sign sing sit sitting skip sleep slept slide
smile sold solve sort sound speak speaking speaks spell spend spent spoke stand stayed store
study suggest suppose surprise swim switch taste teach thank thought throw tie touch train
translate travel travelled traveling travelling treat trust type understand understood update
upgrade vote wake wash waste watch wear wish wonder worry wrap write written wrote
"""

_THINGS = """
accident accounts activity adult advice age air airport alarm album amount animal apartment app
apple application area argument arrangement art article attention attraction aunt avenue
bag baking bank bar basement basket bath bathroom beach bean bear beautiful beauty bed bedroom
beer bench bicycle bike bird birthday boat book books booking boss bottle bottom bowl box boy boys
branch bread brand break bridge building bus business butter button cake calendar camera camp
candle capital car cards career carpet cars case cash cat cent center centre certificate chair
chance channel charger cheap cheese chicken choice christmas church cinema citizen city class clock
clothes cloud club coat code coffee coin college color colour company computer concert condition
contract conversation cookie corner country county couple course court cousin cream credit
crowd cup currency customer danger data database date dates deal december decision degree delivery
department deposit design detail details difference dinner direction directions discount dish
distance division document dog dogs dollar dollars door doors doubt download drawer driver driveway
duty earth east easter edge editor education effect egg eggs election electric electricity elevator
email employee employer engine english entrance envelope event example exit experience
expensive expert fact factory failure fair farm fashion favor favorite favourite fee field
film flag flight floor flower flowers food football forest fork fortune freezer fridge fruit
fun furniture future gallon game games garage garden gas gate gift girl girls glass goal gold golf
government grandma grandpa grass gray green grey grocery ground group guest guide guitar gym hair
hall hat hello highway hill history hobby holiday holidays home hope horse hotel house houses
idea ideas identity image income information ink interest internet interview invoice island item
items jacket january jar job jobs journey juice key keys kilometer kind king kitchen knife
lady lake lamp land language laptop laundry law lawyer leader leather lesson letters level library
license licence light lights line lines link list loan location locker luck luggage lunch machine
magazine mailbox mall map maps market marriage mayor meal meat membership memory menu message
messages metal meters method middle mile miles milk million mirror mistake model money monthly
moon mortgage mountain mouse movie movies museum music name names nation nature neighbor neighbour
network news newspaper noise north note notes novel ocean officer oil onion online opinion
option options orange orders outfit oven owner package packet page pages pair
paperwork parent parents parking party passenger passport password past path payments pen pencil
penny pension pepper percent period permission permit pet pets photo photos phrase piano picture
pictures piece pizza plane planet plant plants plastic plate player pocket police policy pool
population porch portal potato pound power president price prices printer prison prize problem
problems process product profile program project property purpose purse quality quarter queen
question radio rain range rate rates reason receipt recipe reference refund register relation
remote reservation response restaurant results review reviews reward rice river road roads robot
roof room rooms routine row rule rules sale salad salary salt sand sandwich satellite school
schools science score screen sea season seat seats secret section security sentence series service
services setting settings shampoo shape sheet shelf ship shirt shoe shoes shop shopping shower
signal silver size sky snow soap soccer society sofa software song songs soup source south space
spanish speaker speed spelling spoon sport sports spring square stage stairs stamp star state
statements station steak steel step steps stone storage store stores storm story stove street
streets student subject subway suit suitcase summer sun supper supply supplies support surface
survey sweater system table tablet tank tape task tax taxes taxi tea teacher team technology
telephone television temperature tennis tent text theater theatre thousand ticket tickets tip tire
tires title toilet tomato tool tools tour tourist towel tower town toy track trade traffic trail
trailer transaction transfer trash tree trees trip trips truck tuesday tune uncle
uniform university user vacation valley value van vegetable vehicle version video videos
view village visitor voice volume waiter wall wallet water weather website wedding
west wheel wifi wind window windows wine winter wood word words worker works world yard
"""

_LITTLE_WORDS = """
able above absolutely across actually afraid against ago ahead alone along although amazing
apart available average awful bad basic because become behind below beside besides beyond black
blank blind bored boring brand brave bright brief broad brown busy calm careful certain certainly
clear clearly clever closer cool correctly crazy cute daily dark dear definitely delicious
different difficult dirty double during eager early easily easy either else entire equal especially
even eventually exact exactly excellent except excited exciting extra extremely fairly familiar
famous fancy fast fat final finally flat foreign former forward fresh friendly front funny
general generally gentle glad gone grand great guilty handy happy hardly heavily helpful
hey hi honest huge hungry ideal immediately important impossible independent inside instead
interested interesting international itself jealous junior kindly large largest latest lazy least
legal less likely local lonely longer loud lovely low lucky main mainly major married
maximum minimum modern mostly myself narrow natural near nearby nearest nearly neat necessary
negative neither nice nobody none noisy nor normal normally nothing obvious obviously
odd okay older oldest onto opposite ordinary original otherwise ought ourselves outdoor overall
particular particularly patiently perfect perfectly perhaps permanent personal
pink plain pleasant plenty plus polite poor popular positive private probably professional proper
properly proud public pure purple quick quickly quiet quietly rare rather recent recently red
regular responsible rich sad safe seldom separate serious several shall shiny
silly similar simple simply single slow slowly small smart smooth soft somehow somewhere sorry
special specific square standard steady straight strange strong stupid successful such sudden
sweet tall terrible thick thin thirsty through tiny together total totally toward towards
traditional true truly twice typical typically ugly unable under unhappy unless unlikely until
unusual upon upper upset useful useless usual various wet whatever whenever wherever
whether white whoever whose wide wild willing wise within wonderful wooden yellow young younger
yours yourself
a billion blue
"""

COMMON_WORDS: tuple[str, ...] = tuple(dict.fromkeys(f"{_VERBS} {_THINGS} {_LITTLE_WORDS}".split()))
"""Once each."""
